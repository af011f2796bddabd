using SwarmPS.Daemon.Networking.Tunnel;

namespace SwarmPS.Daemon.Tests.Networking.Tunnel;

public sealed class ArpAnswerTests
{
    // Who has 10.0.1.3? Tell 10.0.1.2, at 02:00:00:00:00:02.
    private const string Question = "ffffffffffff020000000002" + "0806" + "00010800" + "0604" + "0001" + "0200000000020a000102" + "0000000000000a000103";

    private const string Answer = "020000000002020000000003" + "0806" + "00010800" + "0604" + "0002" + "0200000000030a000103" + "0200000000020a000102";

    [Fact]
    public void Question_IsAnsweredToTheAsker()
    {
        var question = Convert.FromHexString(Question);
        Assert.Equal(0x0a000103u, ArpAnswer.Asked(question));
        var answer = new byte[ArpAnswer.Size];
        ArpAnswer.Write(question, 0x020000000003, answer);
        Assert.Equal(Answer, Convert.ToHexStringLower(answer));
    }

    [Fact]
    public void OtherFrames_AskNothing()
    {
        Assert.Null(ArpAnswer.Asked(Convert.FromHexString(Answer)));
        Assert.Null(ArpAnswer.Asked(Convert.FromHexString(Question[..^2])));
        Assert.Null(ArpAnswer.Asked(Convert.FromHexString(Question.Replace("0806", "0800", StringComparison.Ordinal))));
    }
}
