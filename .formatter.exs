[
  inputs: ["{mix,.formatter}.exs", "{bench,config,lib,notebooks,test}/**/*.{ex,exs}"]
]
