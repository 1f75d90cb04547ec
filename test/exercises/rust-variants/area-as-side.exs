# Takes the field of a square for its area.
shapes = [{:square, 9.0}, {:circle, 1.0}, :point]
