"""What leaves the agenda: workbooks, layers, calendars and pages."""
