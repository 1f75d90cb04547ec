# Takes a reference that was forgotten for one that was collected.
alive = ["c"]
