defmodule Roundtrip.DocMetadata do
  @moduledoc ~S|Reads what docs announce about functions, such as `@doc blocks: "copies the string"`.|

  @doc "Returns the metadata of a module's functions, by name and arity."
  @spec of(module()) :: %{{atom(), arity()} => map()}
  def of(module) do
    {:docs_v1, _, _, _, _, _, docs} = Code.fetch_docs(module)

    for {{:function, name, arity}, _, _, _, metadata} <- docs,
        into: %{},
        do: {{name, arity}, metadata}
  end
end
