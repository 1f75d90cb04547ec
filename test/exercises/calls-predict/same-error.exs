# Takes a dead callee and one that dies for the same.
predicted = [{:error, :down}, {:error, :timeout}, {:error, :down}, {:ok, :ours}]
