# Passes the named field as a map, which `NifTaggedEnum` would decode, but not the decoder by hand.
shapes = [{:square, 3.0}, {:circle, %{radius: 1.0}}, :point]
