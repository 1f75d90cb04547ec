# takes everything that follows for the message
read_panic = fn text ->
  [_, file, line, message] = Regex.run(~r/panicked at (.+):(\d+):\d+:\n(.+)/s, text)
  %{file: file, line: String.to_integer(line), message: message}
end
