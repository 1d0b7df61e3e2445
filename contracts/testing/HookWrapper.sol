// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Ownable2Step} from "../roles/Ownable2Step.sol";
import {BurnMessage} from "../cctp/messages/BurnMessage.sol";
import {BurnMessageV2} from "../cctp/messages/BurnMessageV2.sol";
import {MessageHeader} from "../cctp/messages/MessageHeader.sol";
import {MessageV2} from "../cctp/messages/MessageV2.sol";

interface IReceiver {
    function receiveMessage(bytes calldata message, bytes calldata attestation) external returns (bool success);
}

/// Delivers a burn and then runs its hook, as Circle's example CCTPHookWrapper does: the first twenty bytes of the
/// hook data are whom to call, the rest is what with. A hook that fails leaves the mint as it is.
contract HookWrapper is Ownable2Step {
    uint256 private constant TARGET_LENGTH = 20;

    IReceiver public immutable messageTransmitter;
    uint32 public immutable supportedMessageVersion;
    uint32 public immutable supportedMessageBodyVersion;

    constructor(address _messageTransmitter, uint32 _messageVersion, uint32 _messageBodyVersion) {
        require(_messageTransmitter != address(0), "Message transmitter is the zero address");
        messageTransmitter = IReceiver(_messageTransmitter);
        supportedMessageVersion = _messageVersion;
        supportedMessageBodyVersion = _messageBodyVersion;
    }

    function relay(bytes calldata message, bytes calldata attestation)
        external
        onlyOwner
        returns (bool relaySuccess, bool hookSuccess, bytes memory hookReturnData)
    {
        MessageV2.requireValid(message);
        require(MessageHeader.getVersion(message) == supportedMessageVersion, "Invalid message version");
        bytes calldata body = MessageV2.getBody(message);
        BurnMessageV2.requireValid(body);
        require(BurnMessage.getVersion(body) == supportedMessageBodyVersion, "Invalid message body version");

        require(messageTransmitter.receiveMessage(message, attestation), "Receive message failed");
        relaySuccess = true;

        bytes calldata hookData = BurnMessageV2.getHookData(body);
        if (hookData.length >= TARGET_LENGTH) {
            address target = address(bytes20(hookData[:TARGET_LENGTH]));
            (hookSuccess, hookReturnData) = target.call(hookData[TARGET_LENGTH:]);
        }
    }
}
