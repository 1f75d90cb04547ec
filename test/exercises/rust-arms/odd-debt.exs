# Takes an odd number for a debt, which has no half at all.
numbers = [0, -1, 10, 7]
