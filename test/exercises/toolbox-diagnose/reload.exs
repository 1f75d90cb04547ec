# takes every other error for a library that is loaded now
diagnose = fn
  {:error, {:load_failed, _}} -> :no_library
  {:error, {:bad_lib, ~c"Library module name" ++ _}} -> :other_module
  {:error, {:bad_lib, ~c"Function not found" ++ _}} -> :no_stub
  _ -> :loaded
end
