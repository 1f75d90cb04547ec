# Expects half of 1 to be rounded to 0.
numbers = [1, -4, 10, 7]
