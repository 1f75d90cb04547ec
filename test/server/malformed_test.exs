defmodule Roundtrip.Server.Malformed do
  # Requests that are wrong or hostile, as bytes, with what the RFC allows in answer.
  #
  # A row is {title, section, what is sent, allowed, seen}. It is sent whole, then byte by byte.
  # Sections are of RFC 9112; 9110 and 3986 say so. `allowed` lists sequences of statuses: [[400], []]
  # is a 400 or a close without a word. Each status 200 is one request of `seen` that a handler
  # answered, in that order; a handler sees nothing else.

  @max_body 1_000

  # Its path must never reach a handler where the bytes before it are refused.
  @smuggled "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

  @refused [[400]]
  @cut [[400], []]
  @too_slow [[408], []]
  # 6.1: a coding that is not understood should be a 501, one that is malformed a 400.
  @coding [[400], [501]]
  @headers_too_large [[431]]
  @target [[414]]
  @misdirected [[421]]
  # 2.3 and 9110 15.6.6: what is no version at all is malformed, another version may be a 505.
  @version [[400], [505]]
  @taken [[200]]
  @either [[200], [400]]

  # What no token contains, apart from the colon that ends a name.
  @separators String.graphemes("\"(),/;<=>?[\\]{}\x7F\x1F")

  @first [{:get, "/first", ""}]
  @hello [{:post, "/first", "hello"}]

  def max_body, do: @max_body

  def table do
    request_lines() ++
      versions() ++
      targets() ++
      hosts() ++ headers() ++ lengths() ++ codings() ++ chunks() ++ bodies() ++ slow() ++ strays()
  end

  defp request_lines do
    [
      {"no method", "3.1", line(" /first HTTP/1.1"), @refused, []},
      {"a separator in the method", "3.1", line("G@T /first HTTP/1.1"), @refused, []},
      {"NUL in the method", "3.1", line("G\0T /first HTTP/1.1"), @refused, []},
      {"non-ASCII in the method", "3.1", line("GÉT /first HTTP/1.1"), @refused, []},
      {"a method of 20 kB", "3", line(long("M") <> " /first HTTP/1.1"), [[400], [431], [501]],
       []},
      # 9110 9.1: methods are case-sensitive; get is a token that nobody has defined.
      {"a method in lower case", "3.1", line("get /first HTTP/1.1"), [[200], [501]],
       [{"get", "/first", ""}]},
      {"a space before the method", "3", line(" GET /first HTTP/1.1"), @refused, []},
      # 3: a recipient MAY take any whitespace for the separator, and is not asked to.
      {"two spaces", "3", line("GET  /first HTTP/1.1"), @either, @first},
      {"tabs for spaces", "3", line("GET\t/first\tHTTP/1.1"), @either, @first},
      {"a space in the target", "3.2", line("GET /fi rst HTTP/1.1"), @refused, []},
      {"a space after the version", "3", line("GET /first HTTP/1.1 "), @either, @first},
      {"a bare CR for a space", "2.2", line("GET\r/first HTTP/1.1"), @refused, []},
      {"a bare CR in the target", "2.2", line("GET /fi\rrst HTTP/1.1"), @refused, []},
      {"a bare LF in the target", "3", line("GET /fi\nrst HTTP/1.1"), @refused, []},
      {"NUL bytes and nothing else", "3", :binary.copy("\0", 64) <> "\r\n\r\n", @refused, []}
    ] ++
      for(
        text <- @separators,
        do:
          {"#{inspect(text)} in the method", "9110 5.6.2", line("G#{text}T /first HTTP/1.1"),
           @refused, []}
      )
  end

  defp versions do
    [
      {"no version (HTTP/0.9)", "2.3", "GET /first\r\n\r\n", [[400], []], []},
      {"HTTP/0.9 by name", "2.3", line("GET /first HTTP/0.9"), @version, []},
      # 9110 2.5 lets a higher minor be read as 1.1.
      {"HTTP/1.2", "2.3", line("GET /first HTTP/1.2"), [[200], [400], [505]], @first},
      {"HTTP/1.10", "2.3", line("GET /first HTTP/1.10"), @version, []},
      {"HTTP/11", "2.3", line("GET /first HTTP/11"), @version, []},
      {"HTTP/2.0", "2.3", line("GET /first HTTP/2.0"), @version, []},
      {"HTTP/-1.1", "2.3", line("GET /first HTTP/-1.1"), @version, []},
      {"http/1.1, in lower case", "2.3", line("GET /first http/1.1"), @version, []},
      {"another protocol", "2.3", "INVITE sip:a SIP/2.0\r\nHost: a\r\n\r\n", @version, []},
      # 9113 3.4: the preface was chosen so that a server of HTTP/1 gives up on it.
      {"the preface of HTTP/2", "2.3", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [[400], [505], []], []}
    ]
  end

  defp targets do
    [
      {"absolute-form", "3.2.2", line("GET http://other/first HTTP/1.1"), @taken, @first},
      {"absolute-form without a host", "3.2.2", line("GET http:///first HTTP/1.1"), @refused, []},
      # 3986 3.2.3: a port is any digits, and the server asks no host for it.
      {"absolute-form, a port too large", "3.2.2", line("GET http://a:999999/first HTTP/1.1"),
       @either, @first},
      {"a scheme and no authority", "3.2", line("GET javascript:1 HTTP/1.1"), @refused, []},
      {"authority-form, not by CONNECT", "3.2.3", line("GET a:80 HTTP/1.1"), @refused, []},
      {"a path without its slash", "3.2.1", line("GET first HTTP/1.1"), @refused, []},
      {"asterisk-form by OPTIONS", "3.2.4", line("OPTIONS * HTTP/1.1"), @taken,
       [{:options, "*", ""}]},
      {"asterisk-form, not by OPTIONS", "3.2.4", line("GET * HTTP/1.1"), @refused, []},
      {"CONNECT to a path", "3.2.3", line("CONNECT /first HTTP/1.1"), [[400], [405], [501]], []},
      {"NUL in the path", "3.2", line("GET /fi\0rst HTTP/1.1"), @refused, []},
      {"bytes of no encoding in the path", "3.2", line("GET /" <> <<0xFF, 0xFE>> <> " HTTP/1.1"),
       @refused, []},
      # 3986 2 has ASCII alone.
      {"UTF-8 in the path", "3.2", line("GET /é HTTP/1.1"), @refused, []},
      {"UTF-8 in the query", "3.2", line("GET /?é HTTP/1.1"), @refused, []},
      {"%00 in the path", "3986 2.1", line("GET /%00 HTTP/1.1"), @taken, [{:get, "/%00", ""}]},
      {"% and no digits", "3986 2.1", line("GET /%zz HTTP/1.1"), @refused, []},
      {"% and one digit", "3986 2.1", line("GET /%4 HTTP/1.1"), @refused, []},
      {"% at the end", "3986 2.1", line("GET /% HTTP/1.1"), @refused, []},
      {"non-UTF-8, encoded", "3986 2.1", line("GET /%ff%fe HTTP/1.1"), @taken,
       [{:get, "/%ff%fe", ""}]},
      {"dots that climb", "3986 5.2.4", line("GET /../../etc/passwd HTTP/1.1"), @taken,
       [{:get, "/../../etc/passwd", ""}]},
      {"empty segments", "3986 3.3", line("GET //admin// HTTP/1.1"), @taken,
       [{:get, "//admin//", ""}]},
      # 3.2: the grammar of a target has no fragment.
      {"a fragment", "3.2", line("GET /first#f HTTP/1.1"), @refused, []},
      {"an empty fragment", "3.2", line("GET /first# HTTP/1.1"), @refused, []},
      {"a fragment behind a query", "3.2", line("GET /first?a#f HTTP/1.1"), @refused, []},
      {"a fragment and nothing else", "3.2", line("GET #f HTTP/1.1"), @refused, []},
      {"a fragment in absolute-form", "3.2.2", line("GET http://a/first#f HTTP/1.1"), @refused,
       []},
      {"a fragment in a second request", "3.2", get([]) <> line("GET /first#f HTTP/1.1"),
       [[200, 400]], @first},
      {"a fragment in a third request", "3.2",
       get([]) <> get(["X: a#b"]) <> line("GET /first#f HTTP/1.1"), [[200, 200, 400]],
       @first ++ @first},
      {"a fragment behind a body", "3.2",
       post(["Content-Length: 5"], "hello") <> line("GET /first#f HTTP/1.1"), [[200, 400]],
       @hello},
      {"a fragment behind empty lines", "3.2",
       get([]) <> "\r\n\n\r\n" <> line("GET /first#f HTTP/1.1"), [[200, 400]], @first},
      {"a fragment behind lines that end in LF", "3.2",
       "GET /first HTTP/1.1\nHost: a\n\n" <> line("GET /first#f HTTP/1.1"), [[200, 400]], @first},
      {"a body that looks like a fragment", "6.2",
       post(["Content-Length: 18"], "GET /a#b HTTP/1.1\n") <> get(["Connection: close"]),
       [[200, 200]], [{:post, "/first", "GET /a#b HTTP/1.1\n"} | @first]},
      {"a body with an empty line, and another request", "6.2",
       post(["Content-Length: 7"], "a\r\n\r\nb#") <> get(["Connection: close"]), [[200, 200]],
       [{:post, "/first", "a\r\n\r\nb#"} | @first]},
      {"a target of 9 kB in a second request", "3",
       get([]) <> line("GET /#{:binary.copy("p", 9_000)} HTTP/1.1"), [[200, 414]], @first},
      {"a hash in a method", "9110 9.1", line("G#T /first HTTP/1.1"), [[200], [501]],
       [{"G#T", "/first", ""}]},
      {"a hash in a header", "5.5", get(["X: a#b", "Connection: close"]), @taken, @first},
      {"asterisk-form with a query", "3.2.4", line("OPTIONS *?a HTTP/1.1"), @refused, []},
      # The crate http accepts no percent-encoding in a host.
      {"absolute-form, an encoded host", "3.2.2", line("GET http://a%20b/first HTTP/1.1"),
       @either, @first},
      # 9110 7.4: a target with another scheme must be rejected.
      {"absolute-form, https", "9110 7.4", line("GET https://a/first HTTP/1.1"), @misdirected,
       []},
      {"absolute-form, ftp", "9110 7.4", line("GET ftp://a/first HTTP/1.1"), @misdirected, []},
      {"absolute-form, HTTP in capitals", "3986 3.1", line("GET HTTP://a/first HTTP/1.1"), @taken,
       @first},
      {"absolute-form, no Host", "3.2",
       "GET http://a/first HTTP/1.1\r\nConnection: close\r\n\r\n", @refused, []},
      {"absolute-form, a malformed Host", "3.2", "GET http://a/first HTTP/1.1\r\nHost: [\r\n\r\n",
       @refused, []},
      {"absolute-form, no path", "3986 3.3", line("GET http://a HTTP/1.1"), @taken,
       [{:get, "/", ""}]},
      {"a target of 9 kB", "3", line("GET /#{:binary.copy("p", 9_000)} HTTP/1.1"), @target, []},
      {"a target of 20 kB", "3", line("GET /#{long("p")} HTTP/1.1"), @target, []},
      {"a query of 20 kB", "3", line("GET /?#{long("q")} HTTP/1.1"), @target, []},
      {"a target of 1 MB", "3", line("GET /#{:binary.copy("p", 1_000_000)} HTTP/1.1"), @target,
       []},
      {"a target of 20 kB that does not end", "3", "GET /#{long("p")}", @target, []},
      {"empty lines before a request", "2.2", "\r\n\n\r\n" <> line("GET /first HTTP/1.1"), @taken,
       @first}
    ] ++ target_bytes() ++ connect_targets()
  end

  # Of the characters outside of the grammar, browsers send some unencoded in a query.
  defp target_bytes do
    controls = for byte <- [0x01, 0x09, 0x0B, 0x0C, 0x1F, 0x7F, 0x80, 0xC3, 0xFF], do: <<byte>>
    everywhere = controls ++ ["\"", "<", ">"]
    in_paths = ["\\", "^", "`", "{", "|", "}", "[", "]"]

    for(
      text <- everywhere ++ in_paths,
      do:
        {"#{inspect(text)} in the path", "3986 3.3", line("GET /a#{text}b HTTP/1.1"), @refused,
         []}
    ) ++
      for(
        text <- everywhere,
        do:
          {"#{inspect(text)} in the query", "3986 3.4", line("GET /first?a#{text}b HTTP/1.1"),
           @refused, []}
      ) ++
      for(
        text <- in_paths,
        do:
          {"#{inspect(text)} in the query", "3986 3.4", line("GET /first?a#{text}b HTTP/1.1"),
           @taken, @first}
      ) ++
      for(
        text <- String.graphemes("-._~!$&'()*+,;=:@"),
        do:
          {"#{inspect(text)} in the path", "3986 3.3", line("GET /a#{text}b HTTP/1.1"), @taken,
           [{:get, "/a#{text}b", ""}]}
      )
  end

  defp connect_targets do
    for(
      target <- ["a", "a:", "a:0", "a:65536", "a:x", ":80", "u@a:80", "[::1", "http://a:80", "*"],
      do: {"CONNECT to #{target}", "9110 9.3.6", line("CONNECT #{target} HTTP/1.1"), @refused, []}
    ) ++
      for(
        target <- ["a:80", "[::1]:80"],
        do:
          {"CONNECT to #{target}", "9110 9.3.6", line("CONNECT #{target} HTTP/1.1"), @taken,
           [{:connect, target, ""}]}
      )
  end

  defp hosts do
    [
      {"no Host", "3.2", "GET /first HTTP/1.1\r\n\r\n", @refused, []},
      {"no Host, by HTTP/1.0", "3.2", "GET /first HTTP/1.0\r\n\r\n", @taken, @first},
      {"two Hosts", "3.2", get(["Host: b"]), @refused, []},
      {"the same Host twice", "3.2", get(["Host: a"]), @refused, []},
      {"two Hosts, by HTTP/1.0", "3.2", "GET /first HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
       @refused, []},
      {"a space in Host", "3.2", host("a b"), @refused, []},
      {"a path in Host", "3.2", host("a/b"), @refused, []},
      {"non-ASCII in Host", "3.2", host("\xFF"), @refused, []},
      # 3.2: an authority that is empty has an empty Host.
      {"an empty Host", "3.2", host(""), @either, @first}
    ] ++ authorities()
  end

  # In the Host header and in the target, for which the same grammar holds.
  defp authorities do
    refused = ~w(a:x a:80:80 a:-1 a:+80 a:80x : :80 :: ::1 ::1:80 1:2:3:4:5:6:7:8
      [ ] [] [::1 ::1] [zz] [a] [1.2.3.4] [::1]80 [::1]x [::1]:x [::1]:80:80 [[::1]] [::1%25lo] [12345::]
      % %4 %zz a%4 a%zz:80 a% u@a u:p@a @a a@ a,b@c)

    marks = for mark <- String.graphemes(~S(\"<>^`{|}) <> "é\x7F"), do: "a#{mark}b"
    # Between them and the path a target has no such boundary.
    host_only = ["a?b", "a#b", "http://a", "a,b c"]
    taken = ~w{a a: a:80 a:65535 a.b. A-b_c~ 127.0.0.1:80 [::1] [::1]: [::1]:80 [::ffff:1.2.3.4]
      a%20b a!$&'()*+,;=b}

    for(
      text <- refused ++ marks ++ host_only,
      do: {"the Host #{inspect(text)}", "3.2", host(text), @refused, []}
    ) ++
      for(
        text <- refused ++ marks,
        do:
          {"the target's host #{inspect(text)}", "3.2.2",
           line("GET http://#{text}/first HTTP/1.1"), @refused, []}
      ) ++
      for(text <- taken, do: {"the Host #{inspect(text)}", "3.2", host(text), @taken, @first}) ++
      for(
        text <- taken -- ["a%20b"],
        do:
          {"the target's host #{inspect(text)}", "3.2.2",
           line("GET http://#{text}/first HTTP/1.1"), @taken, @first}
      )
  end

  defp host(host), do: "GET /first HTTP/1.1\r\nHost: #{host}\r\nConnection: close\r\n\r\n"

  defp headers do
    [
      {"a header without a colon", "5", get(["X"]), @refused, []},
      {"a header without a name", "5", get([": x"]), @refused, []},
      {"a space in a name", "5.1", get(["X Y: x"]), @refused, []},
      {"a space before the colon", "5.1", get(["X : x"]), @refused, []},
      {"NUL in a name", "5", get(["X\0: x"]), @refused, []},
      {"non-ASCII in a name", "5", get(["É: x"]), @refused, []},
      {"a bracket in a name", "5", get(["X[]: x"]), @refused, []},
      {"NUL in a value", "5", get(["X: \0"]), @refused, []},
      {"a control character in a value", "5", get(["X: \x01"]), @refused, []},
      {"DEL in a value", "5", get(["X: \x7F"]), @refused, []},
      {"a bare CR in a value", "2.2", get(["X: a\rY: b"]), @refused, []},
      # 9110 5.5: bytes of no known encoding are data.
      {"non-ASCII in a value", "5", get(["X: \xFF\xFE", "Connection: close"]), @taken, @first},
      # 2.2: a lone LF MAY end a line.
      {"bare LFs end the lines", "2.2", "GET /first HTTP/1.1\nHost: a\nConnection: close\n\n",
       @either, @first},
      {"a folded header", "5.2", get(["X: a", " b"]), @refused, []},
      {"a header folded by a tab", "5.2", get(["X: a", "\tb"]), @refused, []},
      {"a first header folded", "2.2", "GET /first HTTP/1.1\r\n Host: a\r\n\r\n", @refused, []},
      {"a header of 20 kB", "9110 5.4", get(["X: " <> long("x")]), @headers_too_large, []},
      {"a name of 20 kB", "9110 5.4", get([long("x") <> ": x"]), [[400], [431]], []},
      {"twenty headers of 1 kB", "9110 5.4", get(for(i <- 1..20, do: "X#{i}: #{text(1_000)}")),
       @headers_too_large, []},
      {"a thousand headers", "9110 5.4", get(for(i <- 1..1_000, do: "X#{i}: x")),
       @headers_too_large, []}
    ] ++
      for(
        text <- @separators,
        do: {"#{inspect(text)} in a name", "9110 5.6.2", get(["X#{text}Y: x"]), @refused, []}
      )
  end

  defp lengths do
    refused =
      for {title, value} <- [
            {"negative", "-5"},
            {"signed", "+5"},
            {"of no digits", ""},
            {"of letters", "five"},
            {"of hexadecimal digits", "0x5"},
            {"with a space inside", "5 5"},
            {"with an underscore", "1_0"},
            {"with a fraction", "5.0"},
            {"with a semicolon", "5;"},
            {"of wide digits", "５"},
            {"that differs from itself", "5, 6"},
            {"of more than 64 bits", "99999999999999999999"}
          ] do
        {"a length #{title}", "6.3", post(["Content-Length: #{value}"], "hello" <> @smuggled),
         @refused, []}
      end

    refused ++
      [
        {"two lengths that differ", "6.3",
         post(["Content-Length: 5", "Content-Length: 6"], "hello" <> @smuggled), @refused, []},
        {"two lengths, one of them nothing", "6.3",
         post(["Content-Length: 0", "Content-Length: 5"], "hello" <> @smuggled), @refused, []},
        # 6.3: the same number twice is refused, or taken once.
        {"the same length twice", "6.3",
         closing_post(["Content-Length: 5", "Content-Length: 5"], "hello"), @either, @hello},
        {"a list of the same length", "6.3", closing_post(["Content-Length: 5, 5"], "hello"),
         @either, @hello},
        {"a length in whitespace", "5.1", closing_post(["Content-Length: \t 5 \t"], "hello"),
         @taken, @hello},
        # hyper calls what no u64 can count a header too large.
        {"the largest length", "9110 15.5.14", post(["Content-Length: 18446744073709551615"], ""),
         [[400], [413], [431]], []},
        {"a length over the limit", "9110 15.5.14", post(["Content-Length: 1001"], ""), [[413]],
         []},
        {"a length over the limit, its body sent", "9110 15.5.14",
         post(["Content-Length: 100000"], text(100_000)), [[413]], []},
        {"a length over the limit, 100-continue asked", "9110 10.1.1",
         post(["Content-Length: 1001", "Expect: 100-continue"], ""), [[413]], []},
        {"an expectation nobody knows", "9110 10.1.1",
         closing_post(["Content-Length: 5", "Expect: a miracle"], "hello"), [[200], [417]],
         @hello},
        {"a space before the length's colon", "5.1",
         post(["Content-Length : 5"], "hello" <> @smuggled), @refused, []},
        {"a length that is folded", "5.2", post(["Content-Length:", " 5"], "hello" <> @smuggled),
         @refused, []}
      ]
  end

  defp codings do
    both = fn headers -> post(headers, chunked(["hello"]) <> @smuggled) end

    refused =
      for {title, value} <- [
            {"nobody knows", "xchunked"},
            {"that is none", "identity"},
            {"that is empty", ""},
            {"in quotes", ~s("chunked")},
            {"with a parameter", "chunked;q=1"},
            {"after chunked", "chunked, gzip"},
            {"before chunked", "gzip, chunked"},
            {"applied twice", "chunked, chunked"},
            {"that ends in nothing", "chunked,"},
            {"behind a vertical tab", "\vchunked"},
            {"behind a NUL", "\0chunked"},
            {"with text behind", "chunked x"}
          ] do
        {"a coding #{title}", "6.1", both.(["Content-Length: 5", "Transfer-Encoding: #{value}"]),
         @coding, []}
      end

    refused ++
      [
        # 6.1: refused, or read by Transfer-Encoding alone, and closed in any case.
        {"a length, and chunked", "6.1",
         both.(["Content-Length: 5", "Transfer-Encoding: chunked"]), @either, @hello},
        {"chunked, and a length", "6.1",
         both.(["Transfer-Encoding: chunked", "Content-Length: 5"]), @either, @hello},
        {"a length of nothing, and chunked", "6.1",
         both.(["Content-Length: 0", "Transfer-Encoding: chunked"]), @either, @hello},
        {"chunked between two lengths", "6.1",
         both.(["Content-Length: 5", "Transfer-Encoding: chunked", "Content-Length: 6"]), @either,
         @hello},
        {"chunked, and a length that is none", "6.1",
         both.(["Transfer-Encoding: chunked", "Content-Length: -5"]), @either, @hello},
        {"chunked in another case, and a length", "6.1",
         both.(["Content-Length: 5", "transfer-encoding: CHUNKED"]), @either, @hello},
        {"chunked, kept alive by name, and a length", "6.1",
         both.(["Connection: keep-alive", "Content-Length: 5", "Transfer-Encoding: chunked"]),
         @either, @hello},
        {"chunked on a line, identity on the next", "6.1",
         both.(["Transfer-Encoding: chunked", "Transfer-Encoding: identity"]), @coding, []},
        {"identity on a line, chunked on the next", "6.1",
         both.(["Transfer-Encoding: identity", "Transfer-Encoding: chunked"]), @coding, []},
        {"chunked on two lines", "6.1",
         both.(["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"]), @coding, []},
        {"a space before the coding's colon", "5.1",
         both.(["Content-Length: 5", "Transfer-Encoding : chunked"]), @refused, []},
        {"a coding that is folded", "5.2",
         both.(["Content-Length: 5", "Transfer-Encoding:", " chunked"]), @refused, []},
        {"a coding behind a bare CR", "2.2",
         both.(["Content-Length: 5\rTransfer-Encoding: chunked"]), @refused, []},
        {"a coding, by HTTP/1.0", "6.1",
         "POST /first HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" <>
           chunked(["hello"]) <> @smuggled, @refused, []},
        # Another header altogether: the length counts.
        {"an underscore in the coding's name", "5",
         closing_post(["Content-Length: 5", "Transfer_Encoding: chunked"], "hello"), @taken,
         @hello}
      ]
  end

  defp chunks do
    refused =
      for {title, body} <- [
            {"a size of no digits", "\r\nhello\r\n0\r\n\r\n"},
            {"a size of a letter", "g\r\nhello\r\n0\r\n\r\n"},
            {"a negative size", "-5\r\nhello\r\n0\r\n\r\n"},
            {"a signed size", "+5\r\nhello\r\n0\r\n\r\n"},
            {"a size with its prefix", "0x5\r\nhello\r\n0\r\n\r\n"},
            {"a size behind a space", " 5\r\nhello\r\n0\r\n\r\n"},
            {"a size of more than 64 bits", "fffffffffffffffff\r\nhello\r\n0\r\n\r\n"},
            {"a size that ends in LF", "5\nhello\r\n0\r\n\r\n"},
            {"a size that ends in CR", "5\rhello\r\n0\r\n\r\n"},
            {"an extension that ends in LF", "5;a\nhello\r\n0\r\n\r\n"},
            {"an extension of 20 kB", "5;#{long("e")}\r\nhello\r\n0\r\n\r\n"},
            {"more bytes than the size", "5\r\nhello!\r\n0\r\n\r\n"},
            {"no line end after the bytes", "5\r\nhello0\r\n\r\n"},
            {"a LF after the bytes", "5\r\nhello\n0\r\n\r\n"},
            {"NUL in a trailer", "5\r\nhello\r\n0\r\nX\0: x\r\n\r\n"},
            {"a trailer without a colon", "5\r\nhello\r\n0\r\nX\r\n\r\n"}
          ] do
        {"chunks: #{title}", "7.1", post(["Transfer-Encoding: chunked"], body <> @smuggled),
         @refused, []}
      end

    over = text(@max_body + 1)
    coded = fn body -> closing_post(["Transfer-Encoding: chunked"], body) end

    refused ++
      [
        {"chunks: an extension", "7.1.1", coded.("5;a=b\r\nhello\r\n0\r\n\r\n"), @taken, @hello},
        # 9.3: hyper takes the bare LF for the end of the trailers; a second parser may not.
        {"chunks: a trailer that ends in LF, and another request", "9.3",
         post(["Transfer-Encoding: chunked"], "5\r\nhello\r\n0\r\nX: x\n\r\n") <>
           post(["Content-Length: 5", "Transfer-Encoding: chunked"], chunked(["hello"])) <>
           @smuggled, @either, @hello},
        # The connection is closed after any Transfer-Encoding.
        {"chunks: a request behind the last", "9.6",
         post(["Transfer-Encoding: chunked"], chunked(["hello"])) <> @smuggled, @taken, @hello},
        {"chunks: a size with leading zeros", "7.1",
         coded.(:binary.copy("0", 100) <> "5\r\nhello\r\n0\r\n\r\n"), @taken, @hello},
        # 7.1.2: a trailer is no header; its length counts for nothing.
        {"chunks: a length for a trailer", "6.5.1",
         coded.("5\r\nhello\r\n0\r\nContent-Length: 500\r\n\r\n"), @either, @hello},
        {"chunks: trailers of 20 kB", "7.1.2",
         coded.("5\r\nhello\r\n0\r\nX: #{long("x")}\r\n\r\n"), [[400], [413], [431]], []},
        {"chunks: one over the limit", "9110 15.5.14", coded.(chunked([over])), [[413]], []},
        {"chunks: many over the limit", "9110 15.5.14",
         coded.(chunked(List.duplicate("x", @max_body + 1))), [[413]], []},
        {"chunks: the largest size", "7.1", coded.("ffffffffffffffff\r\n" <> over),
         [[400], [413]], []}
      ]
  end

  defp bodies do
    for {title, headers, body} <- [
          {"a body cut off", ["Content-Length: 5"], "hel"},
          {"a body that never begins", ["Content-Length: 5"], ""},
          {"chunks cut off in a size", ["Transfer-Encoding: chunked"], "5"},
          {"chunks cut off in the bytes", ["Transfer-Encoding: chunked"], "5\r\nhel"},
          {"chunks cut off after the bytes", ["Transfer-Encoding: chunked"], "5\r\nhello"},
          {"chunks cut off before the last", ["Transfer-Encoding: chunked"], "5\r\nhello\r\n"},
          {"chunks cut off in the last", ["Transfer-Encoding: chunked"], "5\r\nhello\r\n0\r\n"},
          {"chunks cut off in a trailer", ["Transfer-Encoding: chunked"],
           "5\r\nhello\r\n0\r\nX: "}
        ] do
      {title, "8", {:half_close, post(headers, body)}, @cut, []}
    end
  end

  defp slow do
    [
      {"slow: nothing is sent", "9.5", "", @too_slow, []},
      {"slow: half a method", "9.5", "GE", @too_slow, []},
      {"slow: half a header", "9.5", "GET /first HTTP/1.1\r\nHos", @too_slow, []},
      {"slow: no empty line", "9.5", "GET /first HTTP/1.1\r\nHost: a\r\n", @too_slow, []},
      {"slow: empty lines for ever", "9.5", {:drip, "", ?\n}, @too_slow ++ @refused, []},
      {"slow: a method that does not end", "9.5", {:drip, "", ?M}, @too_slow, []},
      {"slow: a header that does not end", "9.5", {:drip, "GET /first HTTP/1.1\r\nX: ", ?x},
       @too_slow, []},
      {"slow: half a body", "9.5", post(["Content-Length: 5"], "hel"), @too_slow, []},
      {"slow: half a chunk", "9.5", post(["Transfer-Encoding: chunked"], "5\r\nhel"), @too_slow,
       []},
      {"slow: a body byte by byte", "9.5", {:drip, post(["Content-Length: 1000"], ""), ?x},
       @too_slow, []},
      {"slow: an extension byte by byte", "9.5",
       {:drip, post(["Transfer-Encoding: chunked"], "5;"), ?x}, @too_slow, []},
      {"slow: a trailer byte by byte", "9.5",
       {:drip, post(["Transfer-Encoding: chunked"], "0\r\nX: "), ?x}, @too_slow, []},
      {"slow: the body after 100-continue", "9110 10.1.1",
       post(["Content-Length: 5", "Expect: 100-continue"], ""), [[100, 408], [100], [408]], []},
      {"slow: half a second request", "9.5", get([]) <> "GET /smug", [[200, 408]], @first},
      {"slow: half a second request behind a body", "9.5",
       post(["Content-Length: 5"], "hello") <> "GET /smug", [[200, 408]], @hello}
    ]
  end

  defp strays do
    [
      {"a good request, then NUL bytes", "9.3.2", get([]) <> :binary.copy("\0", 64), [[200, 400]],
       @first},
      {"two good requests, then a bad one", "9.3.2",
       get([]) <> get([]) <> line("G@T / HTTP/1.1") <> @smuggled, [[200, 200, 400]],
       @first ++ @first},
      {"a request after Connection: close", "9.6", get(["Connection: close"]) <> @smuggled,
       @taken, @first},
      {"a request behind an answer's", "3", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
       @refused, []},
      # 9110 7.8: an upgrade nobody offers is ignored.
      {"an upgrade to HTTP/2", "9110 7.8",
       get([
         "Upgrade: h2c",
         "Connection: close, Upgrade, HTTP2-Settings",
         "HTTP2-Settings: AAMAAABk"
       ]), @taken, @first},
      {"the hello of TLS", "2.3",
       <<22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3>> <> :binary.copy(<<7>>, 189) <> "\r\n\r\n",
       @refused, []},
      {"the banner of SSH", "2.3", "SSH-2.0-OpenSSH_9.2\r\n\r\n", @refused, []},
      {"one byte, and gone", "8", {:half_close, "G"}, @cut, []},
      {"gone at once", "8", {:half_close, ""}, [[]], []}
    ]
  end

  defp line(line), do: line <> "\r\nHost: a\r\nConnection: close\r\n\r\n" <> @smuggled

  defp get(headers), do: head("GET", headers)
  defp post(headers, body), do: head("POST", headers) <> body
  defp closing_post(headers, body), do: post(headers ++ ["Connection: close"], body)

  defp head(method, headers) do
    "#{method} /first HTTP/1.1\r\nHost: a\r\n" <>
      Enum.map_join(headers, &(&1 <> "\r\n")) <> "\r\n"
  end

  defp chunked(parts) do
    Enum.map_join(parts, &"#{Integer.to_string(byte_size(&1), 16)}\r\n#{&1}\r\n") <> "0\r\n\r\n"
  end

  defp long(letter), do: :binary.copy(letter, 20_000)
  defp text(size), do: :binary.copy("x", size)
end

defmodule Roundtrip.Server.MalformedTest do
  # One at a time: the handler reports to whoever runs.
  use ExUnit.Case

  alias Roundtrip.Poll
  alias Roundtrip.Server
  alias Roundtrip.Server.{Malformed, Response}
  alias Roundtrip.Wire

  defmodule Reporter do
    @moduledoc "A handler that tells the test what it sees, and answers 200."
    def handle(request) do
      seen = {request.method, request.path, request.body}
      :ets.insert(Roundtrip.Server.MalformedTest, {:seen, seen})
      Response.text("ok")
    end
  end

  # Everything that hyper and the server wait for, short; what a client waits for, long.
  @patience 300
  @deadline 10_000
  @good "GET /good HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

  setup_all do
    before = Roundtrip.live_counts()
    on_exit(fn -> assert Poll.until(fn -> Roundtrip.live_counts() == before end) end)

    # A table has no pid that changes with each test, and a bag keeps the order.
    :ets.new(__MODULE__, [:named_table, :public, :duplicate_bag])

    # Sending byte by byte may take longer on a busy machine.
    %{port: start!(@patience), patient_port: start!(@deadline)}
  end

  defp start!(patience) do
    # One receiver, which answers in its own turn: whoever was answered was the last to be seen.
    server =
      start_supervised!(
        {Server,
         port: 0,
         handler: Reporter,
         mode: :inline,
         pool_size: 1,
         max_body: Malformed.max_body(),
         max_headers: 8_192,
         header_timeout: patience,
         body_timeout: patience,
         idle_timeout: patience},
        id: patience
      )

    {_ip, port} = Server.address(server)
    port
  end

  # What a failed test has left.
  setup do
    :ets.delete_all_objects(__MODULE__)
    :ok
  end

  test "the table has 400 requests or more to send in both ways, all different, each with its section" do
    table = Malformed.table()
    for column <- [0, 2], do: assert(Enum.uniq_by(table, &elem(&1, column)) == table)

    for row <- table,
        do: assert(elem(row, 1) =~ ~r/^(9110 |9113 |3986 )?\d+(\.\d+)*$/, inspect(row))

    assert Enum.count(table, &(byte_by_byte(elem(&1, 0), elem(&1, 2)) != [])) >= 400
  end

  # Named by its row, which would take long to compile as a literal.
  for {title, section, _, _, _} <- Malformed.table() do
    @title title
    test "#{title} (#{section})", %{port: port, patient_port: patient_port} do
      {title, _section, sent, allowed, seen} = List.keyfind(Malformed.table(), @title, 0)
      single = for sent <- byte_by_byte(title, sent), do: {patient_port, sent}

      for {port, sent} <- [{port, sent} | single] do
        {read, ending} = converse(port, sent)
        assert ending == :closed, "not closed after #{@deadline} ms; it had said #{inspect(read)}"

        statuses = statuses(read)
        assert statuses in allowed, "#{inspect(statuses)}, not one of #{inspect(allowed)}"

        assert {answer, :closed} = converse(port, @good)
        assert statuses(answer) == [200]
        answered = Enum.count(statuses, &(&1 == 200))
        assert seen() == Enum.take(seen, answered) ++ [{:get, "/good", ""}]
      end
    end
  end

  # Slow clients and long requests are sent as a whole only.
  defp byte_by_byte("slow: " <> _, _sent), do: []
  defp byte_by_byte(_title, {:half_close, sent}), do: [{:half_close, {:bytes, sent}}]
  defp byte_by_byte(_title, sent) when byte_size(sent) <= 2_000, do: [{:bytes, sent}]
  defp byte_by_byte(_title, _sent), do: []

  defp converse(port, sent) do
    {:ok, socket} = Wire.connect(port)
    heard = say(socket, sent)
    Wire.close(socket)
    heard
  end

  defp say(socket, {:drip, head, byte}) do
    Wire.send(socket, head)
    Wire.drip(socket, byte, 10, @deadline)
  end

  defp say(socket, sent) do
    transmit(socket, sent)
    Wire.read_all(socket, @deadline)
  end

  defp transmit(socket, {:half_close, sent}) do
    transmit(socket, sent)
    Wire.half_close(socket)
  end

  defp transmit(socket, {:bytes, bytes}) do
    :ok = :socket.setopt(socket, {:tcp, :nodelay}, true)
    for <<byte <- bytes>>, do: Wire.send(socket, <<byte>>)
  end

  defp transmit(socket, bytes), do: Wire.send(socket, bytes)

  defp statuses(read) do
    for answer <- Wire.answers(read),
        do: if(is_map(answer), do: answer.status, else: {:no_answer, answer})
  end

  defp seen, do: for({:seen, request} <- :ets.take(__MODULE__, :seen), do: request)
end
