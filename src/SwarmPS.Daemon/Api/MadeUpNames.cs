namespace SwarmPS.Daemon.Api;

/// <summary>Names for services that were given none: readable, and hardly ever the same twice.</summary>
internal static class MadeUpNames
{
    /// <summary>Random bytes a name takes.</summary>
    public const int Bytes = 3;

    private static readonly string[] Qualities =
        ("amber bold brave bright brisk calm clear clever cosy crisp deft eager early fair fleet fond gentle glad golden grand green " +
        "happy hardy honest humble jolly keen kind light lively loyal lucid lucky mellow merry mild modest neat nimble noble patient " +
        "plain proud quick quiet rapid ready rosy sharp silver smooth snug sound steady sunny swift tidy true warm wise witty young").Split(' ');

    private static readonly string[] Things =
        ("anchor apple arrow badger barley beacon birch bridge brook candle canyon cedar cliff cloud clover comet coral crane creek dune " +
        "eagle ember falcon fern field finch forest fox glacier grove harbor hawk hazel heron hill island kestrel lagoon lake lantern lark " +
        "maple marsh meadow mill moon oak otter owl pebble pine plum pond raven reef ridge river robin spruce stone swan thistle valley").Split(' ');

    /// <summary>A name of random bytes.</summary>
    public static string Of(ReadOnlySpan<byte> random) =>
        $"{Qualities[random[0] % Qualities.Length]}_{Things[random[1] % Things.Length]}{random[2] % 100}";
}
