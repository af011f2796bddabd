using System.Management.Automation.Host;

namespace SwarmPS.Shell.Hosting;

/// <summary>The terminal as a grid of cells, of which only the size, the cursor and single keys are served.</summary>
internal sealed class ShellRawUserInterface(ShellConsole console) : PSHostRawUserInterface
{
    private const string NoGrid = "swarmps cannot read or move what is on the screen: write the text anew instead.";

    public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;

    public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;

    public override Size BufferSize
    {
        get => new(console.Width, console.Height);
        set => throw new NotSupportedException(NoGrid);
    }

    public override Size WindowSize
    {
        get => new(console.Width, console.Height);
        set => throw new NotSupportedException(NoGrid);
    }

    public override Size MaxPhysicalWindowSize => WindowSize;

    public override Size MaxWindowSize => WindowSize;

    public override Coordinates CursorPosition
    {
        get => console.OutputIsTerminal && console.InputIsTerminal ? new(Console.CursorLeft, Console.CursorTop) : new(0, 0);
        set
        {
            if (console.OutputIsTerminal)
            {
                Console.SetCursorPosition(value.X, value.Y);
            }
        }
    }

    public override Coordinates WindowPosition
    {
        get => new(0, 0);
        set => throw new NotSupportedException(NoGrid);
    }

    public override int CursorSize { get; set; } = 25;

    public override bool KeyAvailable => console.InputIsTerminal && Console.KeyAvailable;

    public override string WindowTitle
    {
        get => OperatingSystem.IsWindows() ? Console.Title : "";
        set
        {
            if (console.OutputHasColour)
            {
                Console.Title = value;
            }
        }
    }

    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        if (!console.InputIsTerminal)
        {
            throw new HostException("No key can be read: the input is not a terminal.");
        }

        var key = Console.ReadKey(intercept: options.HasFlag(ReadKeyOptions.NoEcho));
        var held = (key.Modifiers.HasFlag(ConsoleModifiers.Shift) ? ControlKeyStates.ShiftPressed : 0)
            | (key.Modifiers.HasFlag(ConsoleModifiers.Control) ? ControlKeyStates.LeftCtrlPressed : 0)
            | (key.Modifiers.HasFlag(ConsoleModifiers.Alt) ? ControlKeyStates.LeftAltPressed : 0);
        return new KeyInfo((int)key.Key, key.KeyChar, held, keyDown: true);
    }

    public override void FlushInputBuffer()
    {
        while (KeyAvailable)
        {
            Console.ReadKey(intercept: true);
        }
    }

    public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
    {
        // Clear-Host fills everything with blanks; nothing else is served.
        if (rectangle.Left != -1 || rectangle.Right != -1)
        {
            throw new NotSupportedException(NoGrid);
        }

        if (console.OutputIsTerminal)
        {
            Console.Clear();
        }
    }

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw new NotSupportedException(NoGrid);

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw new NotSupportedException(NoGrid);

    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) =>
        throw new NotSupportedException(NoGrid);
}
