package org.cloister.manager.ssh;

import java.io.IOException;
import java.util.List;
import org.apache.sshd.client.future.DefaultOpenFuture;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.channel.AbstractServerChannel;
import org.jboss.logging.Logger;

/**
 * A channel that is answered with a refusal and a sentence. The stock ways to refuse send no reason, and the stock
 * direct-tcpip would connect from this process's own network namespace, past every tenant's wall.
 */
final class RefusedChannel extends AbstractServerChannel {

    private static final Logger LOG = Logger.getLogger(RefusedChannel.class);

    private final int reason;
    private final String sentence;

    /** @param reason a code of RFC 4254 section 5.1 */
    RefusedChannel(int reason, String sentence) {
        super("", List.of(), null);
        this.reason = reason;
        this.sentence = sentence;
    }

    @Override
    public OpenFuture open(long recipient, long windowSize, long packetSize, Buffer request) {
        setRecipient(recipient);
        OpenFuture never = new DefaultOpenFuture(this, this);
        try {
            Buffer answer = getSession().createBuffer(SshConstants.SSH_MSG_CHANNEL_OPEN_FAILURE);
            answer.putUInt(recipient);
            answer.putUInt(reason);
            answer.putString(sentence);
            answer.putString("en");
            getSession().writePacket(answer);
        } catch (IOException e) {
            LOG.debugf("a refused channel: %s", e.getMessage());
        }
        close(true);
        return never;
    }

    @Override
    protected void doWriteData(byte[] data, int offset, long length) {
        // never opened
    }

    @Override
    protected void doWriteExtendedData(byte[] data, int offset, long length) {
        // never opened
    }
}
