"""What people look at and print. Receives an Assessment and never computes."""
