using RadLine;

namespace SwarmPS.Shell.Prompt;

/// <summary>Puts one completion after another into a line, as Tab is pressed again.</summary>
internal sealed class CompletionCycle(Func<string, int, Completions> complete)
{
    private Completions offered = Completions.None;
    private int shown;
    private string result = "";
    private int resultPosition;
    private int length;

    public void Show(LineBuffer buffer, int step)
    {
        if (offered.Texts.Count > 0 && buffer.Content == result && buffer.Position == resultPosition)
        {
            shown = (shown + step + offered.Texts.Count) % offered.Texts.Count;
        }
        else
        {
            offered = complete(buffer.Content, buffer.Position);
            shown = step > 0 ? 0 : offered.Texts.Count - 1;
            length = offered.Length;
        }

        if (offered.Texts.Count == 0)
        {
            return;
        }

        var text = offered.Texts[shown];
        buffer.Clear(offered.Start, length);
        buffer.Move(offered.Start);
        buffer.Insert(text);
        buffer.Move(offered.Start + text.Length);
        length = text.Length;
        (result, resultPosition) = (buffer.Content, buffer.Position);
    }
}
