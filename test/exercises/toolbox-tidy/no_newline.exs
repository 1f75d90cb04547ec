# forgets the newline that ends a file
tidy? = fn source ->
  IO.iodata_to_binary(Code.format_string!(source)) == source
end
