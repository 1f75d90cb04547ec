# takes the newest version, whatever the runtime loads
choose = fn names, target, _runtime ->
  nif_version = fn name ->
    {:ok, parts} = Target.parts(name)
    parts.nif_version
  end

  names
  |> Enum.filter(&String.contains?(&1, "-#{target}."))
  |> Enum.sort(&Target.loads?(nif_version.(&2), nif_version.(&1)))
  |> List.first()
end
