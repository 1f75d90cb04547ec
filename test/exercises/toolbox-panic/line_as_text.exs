# leaves the line a string
read_panic = fn text ->
  [_, file, line, message] = Regex.run(~r/panicked at (.+):(\d+):\d+:\n(.+)/, text)
  %{file: file, line: line, message: message}
end
