namespace SwarmPS.Cmdlets.Terminal;

/// <summary>Finds the keys by which one leaves a command: Ctrl-P, then Ctrl-Q. A Ctrl-P waits for the key after it.</summary>
internal sealed class DetachKeys
{
    private const byte ControlP = 16;
    private const byte ControlQ = 17;

    private bool isHeld;

    /// <summary>What of the keys goes on to the command, and whether they say to leave it.</summary>
    public (byte[] Keys, bool Leave) Take(ReadOnlySpan<byte> pressed)
    {
        var keys = new List<byte>(pressed.Length + 1);
        foreach (var key in pressed)
        {
            if (isHeld && key == ControlQ)
                return ([.. keys], true);
            if (isHeld)
                keys.Add(ControlP);
            isHeld = key == ControlP;
            if (!isHeld)
                keys.Add(key);
        }
        return ([.. keys], false);
    }
}
