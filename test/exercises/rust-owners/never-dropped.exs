# Forgets that what a block owns is dropped at its end.
predicted = {3, 3}
