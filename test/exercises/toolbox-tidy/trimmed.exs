# accepts a file without the newline at its end
tidy? = fn source ->
  IO.iodata_to_binary(Code.format_string!(source)) == String.trim_trailing(source)
end
