"""What is still to come: of one cascade of reposts, and of an incident."""
