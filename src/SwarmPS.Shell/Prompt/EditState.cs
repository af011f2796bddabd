using RadLine;

namespace SwarmPS.Shell.Prompt;

/// <summary>What the keys of one line's editing share.</summary>
internal sealed class EditState
{
    /// <summary>The lines being edited; null before they are first shown.</summary>
    public ILineEditorState? Lines { get; set; }

    /// <summary>Ctrl-D was pressed on an empty line.</summary>
    public bool Ended { get; set; }
}
