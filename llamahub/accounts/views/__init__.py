"""Pages of signing in and of accounts. The admin site (`llamahub.admin_site`) gives them their addresses and frame."""
