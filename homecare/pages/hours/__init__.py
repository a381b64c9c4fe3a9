"""Hours for payroll."""
