defmodule Livemd.Parser.Line do
  @moduledoc false
  # What a line outside of a fence begins.

  @type kind ::
          :blank
          | :indented
          | :fence
          | :tilde
          | :hash
          | :comment
          | :details
          | :end_details
          | :html
          | :table
          | :quote
          | :ruler
          | :list
          | :definition
          | :attributes
          | :text

  @spec kind(String.t()) :: kind()
  def kind("<details>"), do: :details
  def kind("</details>"), do: :end_details
  def kind("```" <> _), do: :fence
  def kind("~~~" <> _), do: :tilde
  def kind("#" <> _), do: :hash
  def kind("<!--" <> _), do: :comment
  def kind("<" <> _), do: :html
  def kind("|" <> _), do: :table
  def kind(">" <> _), do: :quote
  def kind("{:" <> _), do: :attributes

  def kind(text) do
    cond do
      text =~ ~r/\A *\z/ -> :blank
      text =~ ~r/\A\s/u -> :indented
      # Before lists: a line of markers alone is a rule or underlines a heading.
      text =~ ~r/\A[-=*_+][-=*_+ ]*\z/ -> :ruler
      text =~ ~r/\A([-*+]|\d{1,9}[.)])\s/ -> :list
      text =~ ~r/\A\[[^\]]*\]:/ -> :definition
      true -> :text
    end
  end
end
