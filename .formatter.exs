locals_without_parens =
  for route <- [:any, :get, :head, :post, :put, :patch, :delete, :options, :trace, :connect],
      do: {route, 2}

[
  inputs: ["{mix,.formatter}.exs", "{bench,config,dev,lib,notebooks,test}/**/*.{ex,exs}"],
  # The macros of Roundtrip.Server.Router.
  locals_without_parens: locals_without_parens,
  export: [locals_without_parens: locals_without_parens]
]
