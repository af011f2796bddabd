using RadLine;

namespace SwarmPS.Shell.Prompt;

/// <summary>What a key does to the line.</summary>
internal sealed class EditCommand(Action<LineEditorContext> change) : LineEditorCommand
{
    public override void Execute(LineEditorContext context) => change(context);
}
