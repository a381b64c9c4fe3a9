"""One search over tables, pages and actions."""
