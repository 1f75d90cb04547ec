# a pattern makes a view, too
name_of = fn <<size, name::binary-size(size), _::binary>> -> name end
