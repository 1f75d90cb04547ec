# Adds the prefix to every module, also to one of Erlang.
init_name = fn module -> "Elixir." <> inspect(module) end
