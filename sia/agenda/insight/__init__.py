"""What a programme means: money, areas, versions and other assumptions."""
