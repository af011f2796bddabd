using System.Management.Automation;

namespace SwarmPS.Cmdlets.Binding;

/// <summary>
/// What was written on the command line. PowerShell reads <c>1s</c> as the 16-bit number 1 (<c>s</c> is a suffix of numbers) and
/// <c>10d</c> as the decimal 10, but keeps the text beside a number that stands in a command.
/// </summary>
internal static class WrittenText
{
    /// <summary>The text of a string or a number; null for anything else.</summary>
    public static string? Of(object? input)
    {
        var value = input is PSObject wrapped ? wrapped.BaseObject : input;
        return value switch
        {
            string text => text,
            sbyte or byte or short or ushort or int or uint or long or ulong or decimal or double or float or System.Numerics.BigInteger
                => input is PSObject ? input.ToString() : LanguagePrimitives.ConvertTo<string>(value),
            _ => null,
        };
    }
}
