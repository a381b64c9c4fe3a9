"""One campaign's funnel, money and pages."""
