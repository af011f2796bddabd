namespace SwarmPS.Shell.Prompt;

/// <summary>How a line ended.</summary>
internal enum LineEnd
{
    Entered,

    /// <summary>Ctrl-C: what was typed is not wanted.</summary>
    GivenUp,

    /// <summary>Ctrl-D on an empty line, or the end of a redirected input.</summary>
    OfInput,
}

/// <summary>One line as it was entered.</summary>
internal readonly record struct InputLine(LineEnd End, string Text = "");

/// <summary>Where the lines of statements come from.</summary>
internal interface ILineSource
{
    /// <summary>Reads the next line; <paramref name="before"/> is what its statement has so far.</summary>
    InputLine Read(string prompt, string before);

    /// <summary>Keeps a whole statement for recall.</summary>
    void Remember(string statement);
}
