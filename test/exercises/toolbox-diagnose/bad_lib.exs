# takes every bad library for that of another module
diagnose = fn
  :ok -> :loaded
  {:error, {:load_failed, _}} -> :no_library
  {:error, {:bad_lib, _}} -> :other_module
  {:error, _} -> :loaded_before
end
