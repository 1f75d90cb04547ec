# Gives the point a field, which the decoder refuses.
shapes = [{:square, 3.0}, {:circle, 1.0}, {:point, 0.0}]
