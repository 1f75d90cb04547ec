[
  inputs: ["{mix,.formatter}.exs", "{bench,config,dev,lib,test}/**/*.{ex,exs}"]
]
