[
  inputs: ["{mix,.formatter}.exs", "{bench,config,dev,lib,notebooks,test}/**/*.{ex,exs}"]
]
