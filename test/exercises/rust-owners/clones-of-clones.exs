# Takes the clone of a clone for one more text, with one owner.
predicted = {2, 1}
