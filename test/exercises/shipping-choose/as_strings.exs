# compares the versions as strings
choose = fn names, target, runtime ->
  nif_version = fn name ->
    {:ok, parts} = Target.parts(name)
    parts.nif_version
  end

  names
  |> Enum.filter(&String.contains?(&1, "-#{target}."))
  |> Enum.filter(&Target.loads?(nif_version.(&1), runtime))
  |> Enum.sort_by(nif_version, :desc)
  |> List.first()
end
