"""Times of the wall's and the analysts' questions on a long generated history."""
