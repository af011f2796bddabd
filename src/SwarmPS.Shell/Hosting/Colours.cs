namespace SwarmPS.Shell.Hosting;

/// <summary>The sixteen colours as a terminal's escape sequences.</summary>
internal static class Colours
{
    public const string Reset = "\e[0m";

    // In the order of ConsoleColor, which counts blue where terminals count red.
    private static readonly int[] Codes = [30, 34, 32, 36, 31, 35, 33, 37, 90, 94, 92, 96, 91, 95, 93, 97];

    public static string Foreground(ConsoleColor colour) => $"\e[{Codes[(int)colour]}m";

    public static string Background(ConsoleColor colour) => $"\e[{Codes[(int)colour] + 10}m";
}
