# Takes the bytes of a reference for one more owner.
alive = ["b", "c", "d"]
