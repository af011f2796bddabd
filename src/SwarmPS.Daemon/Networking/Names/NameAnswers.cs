using System.Net;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking.Names;

/// <summary>
/// Answers questions: names of the swarm from the managers' record, all others by the host's resolvers. Nobody who is not on the network
/// is answered, and no container before its virtual addresses work.
/// </summary>
internal sealed class NameAnswers(NameForwarder forwarder, Func<string, IReadOnlyList<IPAddress>> resolvers, Func<string, Task> stands, TimeProvider clock)
{
    private volatile NameBook book = NameBook.Empty;
    private readonly AskerQuota quota = new(Limits.WaitingMax, Limits.WaitingOfOneMax);
    private uint turn;

    /// <summary>Questions that wait for something.</summary>
    public int Waiting => quota.Waiting;

    /// <summary>Takes what the networks are now.</summary>
    public void Set(IReadOnlyList<NodeNetwork> networks) => book = NameBook.Of(networks, book);

    /// <summary>The answer to a message that came in a network; null where it deserves none.</summary>
    /// <param name="network">The network that it was asked in, by its id.</param>
    /// <param name="from">Who asks.</param>
    /// <param name="asked">The message.</param>
    /// <param name="isStream">It came by a connection.</param>
    /// <param name="stop">Ends the wait.</param>
    public async ValueTask<byte[]?> AnswerAsync(string network, IPAddress from, ReadOnlyMemory<byte> asked, bool isStream, CancellationToken stop)
    {
        if (DnsMessage.Read(asked.Span) is not { } question)
            return null;
        var asker = book.Asker(network, from);
        if (!asker.IsKnown)
            return DnsMessage.WriteEmpty(asked.Span, question, DnsOutcome.Refused);
        if (!question.IsQuery)
            return DnsMessage.WriteEmpty(asked.Span, question, DnsOutcome.Unsupported);
        var reversed = NameTable.Reversed(question.Name);
        var name = reversed is null ? null : asker.NameOf(reversed);
        var addresses = reversed is null ? asker.Find(question.Name) : null;
        if (name is null && addresses is null)
            return await ElsewhereAsync(asker, () => quota.Enter(network, from), asked, question, isStream, stop).ConfigureAwait(false);
        if (asker.Task is { } task && !stands(task).IsCompletedSuccessfully && !await WithheldAsync(task, () => quota.Enter(network, from), stop).ConfigureAwait(false))
            return DnsMessage.WriteEmpty(asked.Span, question, DnsOutcome.Failed);
        if (name is not null && question.Type == DnsMessage.Pointer)
            return DnsMessage.WritePointer(asked.Span, question, name, Limits.Lifetime);
        // A known name without what was asked for: "no such name" would keep an asker of both kinds of address from the one there is.
        return addresses is not null && question.Type == DnsMessage.Address
            ? DnsMessage.WriteAddresses(asked.Span, question, Turned(addresses), Limits.Lifetime, isStream ? ushort.MaxValue : question.SizeMax)
            : DnsMessage.WriteEmpty(asked.Span, question, DnsOutcome.Answered);
    }

    private async Task<byte[]> ElsewhereAsync(NameAsker asker, Func<IDisposable?> enter, ReadOnlyMemory<byte> asked, DnsQuestion question, bool isStream, CancellationToken stop)
    {
        // Without a way out a name of elsewhere is of no use, but could carry something out.
        if (!asker.LeadsOut)
            return DnsMessage.WriteEmpty(asked.Span, question, DnsOutcome.Unknown);
        using var slot = enter();
        var answer = slot is null ? null : await forwarder.AskAsync(resolvers(asker.Task ?? ""), asked, question, isStream, stop).ConfigureAwait(false);
        return answer ?? DnsMessage.WriteEmpty(asked.Span, question, DnsOutcome.Failed);
    }

    private async Task<bool> WithheldAsync(string task, Func<IDisposable?> enter, CancellationToken stop)
    {
        using var slot = enter();
        if (slot is null)
            return false;
        try
        {
            await stands(task).WaitAsync(Limits.WithheldTime, clock, stop).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Another one of several first each time: most askers take the first.</summary>
    private IReadOnlyList<IPAddress> Turned(IReadOnlyList<IPAddress> addresses)
    {
        if (addresses.Count < 2)
            return addresses;
        var first = (int)(Interlocked.Increment(ref turn) % (uint)addresses.Count);
        return [.. addresses.Skip(first), .. addresses.Take(first)];
    }
}
