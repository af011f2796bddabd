using RadLine;
using SwarmPS.Shell.Hosting;

namespace SwarmPS.Shell.Prompt;

/// <summary>
/// Keys of the terminal. RadLine asks again and again whether a key is there; the first question after each key
/// is whether more came with it, and is answered no, so that what is pasted is taken key by key and the rest of
/// it is there for the next line. The one after that is to wait: it waits here, without a timer.
/// </summary>
internal sealed class KeySource(ShellConsole console) : IInputSource
{
    private ConsoleKeyInfo? held;
    private bool wouldWait = true;

    public bool ByPassProcessing => true;

    public bool IsKeyAvailable()
    {
        if (wouldWait)
        {
            held ??= console.ReadKey();
        }

        wouldWait = true;
        return held is not null;
    }

    public ConsoleKeyInfo ReadKey()
    {
        var key = held ?? console.ReadKey();
        held = null;
        wouldWait = false;
        return key;
    }
}
