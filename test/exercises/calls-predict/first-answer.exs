# Lets anybody answer.
predicted = [{:error, :noproc}, {:error, :timeout}, {:error, :down}, {:ok, :mine}]
