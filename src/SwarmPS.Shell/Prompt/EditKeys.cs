using RadLine;

namespace SwarmPS.Shell.Prompt;

/// <summary>The keys of the prompt: those of PowerShell where terminals send them, and of shells at large.</summary>
internal static class EditKeys
{
    private const ConsoleModifiers Control = ConsoleModifiers.Control;

    public static void Bind(KeyBindings keys, EditState state, CompletionCycle completion)
    {
        // A binding without modifiers answers for the same key with others too, the first bound being asked first.
        keys.Add(ConsoleKey.Tab, () => new EditCommand(context => completion.Show(context.Buffer, step: 1)));
        keys.Add(ConsoleKey.Tab, ConsoleModifiers.Shift, () => new EditCommand(context => completion.Show(context.Buffer, step: -1)));
        keys.Add(ConsoleKey.UpArrow, () => new EditCommand(context => context.Submit(state.Lines?.IsFirstLine != false ? SubmitAction.PreviousHistory : SubmitAction.MoveUp)));
        keys.Add(ConsoleKey.DownArrow, () => new EditCommand(context => context.Submit(state.Lines?.IsLastLine != false ? SubmitAction.NextHistory : SubmitAction.MoveDown)));
        // What was typed before the prompt was there ends its lines so.
        keys.Add(ConsoleKey.J, Control, () => new SubmitCommand());
        keys.Add(ConsoleKey.C, Control, () => new EditCommand(context => context.Submit(SubmitAction.Cancel)));
        keys.Add(ConsoleKey.D, Control, () => new EditCommand(context => EndOrDelete(context, state)));
        keys.Add(ConsoleKey.Escape, () => new EditCommand(context => Cut(context.Buffer, 0, context.Buffer.Length)));
        keys.Add(ConsoleKey.A, Control, () => new EditCommand(context => context.Buffer.Move(0)));
        keys.Add(ConsoleKey.E, Control, () => new EditCommand(context => context.Buffer.Move(context.Buffer.Length)));
        keys.Add(ConsoleKey.K, Control, () => new EditCommand(context => Cut(context.Buffer, context.Buffer.Position, context.Buffer.Length)));
        keys.Add(ConsoleKey.U, Control, () => new EditCommand(context => Cut(context.Buffer, 0, context.Buffer.Position)));
        keys.Add(ConsoleKey.W, Control, () => new EditCommand(context => Cut(context.Buffer, WordStart(context.Buffer), context.Buffer.Position)));
        keys.Add(ConsoleKey.L, Control, () => new EditCommand(_ => Console.Clear()));
    }

    private static void EndOrDelete(LineEditorContext context, EditState state)
    {
        var buffer = context.Buffer;
        if (buffer.Length == 0 && state.Lines is not { LineCount: > 1 })
        {
            state.Ended = true;
            context.Submit(SubmitAction.Cancel);
        }
        else if (!buffer.AtEnd)
        {
            buffer.Clear(buffer.Position, 1);
        }
    }

    private static void Cut(LineBuffer buffer, int from, int to)
    {
        buffer.Clear(from, to - from);
        buffer.Move(from);
    }

    private static int WordStart(LineBuffer buffer)
    {
        var at = buffer.Position;
        while (at > 0 && char.IsWhiteSpace(buffer.Content[at - 1]))
        {
            at--;
        }

        while (at > 0 && !char.IsWhiteSpace(buffer.Content[at - 1]))
        {
            at--;
        }

        return at;
    }
}
